"""What must hold of a store after faults, read past the service's own code."""
