"""Building blocks of repositories that know no kind of document.

Optimistic updates, mirrored documents, changes feeds, caches with a lifetime, pages of a view,
preconditions, validation off the event loop, clock and random ids.
"""
