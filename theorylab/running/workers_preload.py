"""Imported by the server of worker processes before it forks them: it imports what they will need, once."""

from theorylab.running import workers

workers.preload()
