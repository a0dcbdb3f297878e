"""What the long-running commands do, usable as a library."""
