"""The system under test: service processes, stores, the proxy before CouchDB, fault points."""
