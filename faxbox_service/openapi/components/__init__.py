"""What operations share: parameters, headers, envelopes, replies, errors, schemas, examples."""
