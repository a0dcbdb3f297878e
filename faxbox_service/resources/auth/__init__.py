"""The resources that issue, show and restrict tokens: Kazoo's four endpoints for it."""
