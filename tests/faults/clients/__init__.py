"""The clients of a fault test: their load, and what they were told of each request."""
