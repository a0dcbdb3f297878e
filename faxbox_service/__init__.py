"""A drop-in service for the faxboxes resource of the Kazoo telephony platform."""

__version__ = "0.1.0"
