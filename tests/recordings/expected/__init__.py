"""What the service must answer to a recorded request, and why it may differ from Kazoo."""
