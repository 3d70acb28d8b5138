"""Studies of decentralised learning: workers that average with their neighbours."""

HEAD = "dsgd_average_sam"
