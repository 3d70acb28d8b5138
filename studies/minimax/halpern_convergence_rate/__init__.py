"""The paper's page."""
