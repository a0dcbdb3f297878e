"""Building blocks of repositories, independent of the kind of document.

Optimistic updates, replicas of documents, followers of changes feeds, caches with a lifetime, pages
of a view, preconditions, soft deletion, validation off the event loop, clock and random ids.
"""
