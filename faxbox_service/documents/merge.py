"""How a PATCH changes a document: Crossbar's generic deep merge.

See docs/reference/data-model.md, 3.3.
"""

from .types import Document, Json


def merge_patch(stored: Document, changes: Document) -> Document:
    """Return `stored` with `changes` merged in; neither argument is altered.

    Objects merge member by member at any depth, arrays and scalars are replaced whole, `null`
    removes the member. An object emptied by removals stays `{}`, and an empty object in
    `changes` replaces what was there (`kz_json:merge`).
    """
    merged = dict(stored)
    for name, change in changes.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge_member(merged.get(name), change)
    return merged


def _merge_member(stored: Json, change: Json) -> Json:
    if not isinstance(change, dict) or not change:
        return change
    return merge_patch(stored if isinstance(stored, dict) else {}, change)
