"""Compressed bodies (RFC 9110, 8.4)."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.content_coding import accepts_gzip, inflated, require_known_coding
from faxbox_service.crossbar.errors import CrossbarError

LIMIT = 1_000_000


def raw_deflate(text):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(text) + compressor.flush()


COMPRESSED = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
}


@pytest.mark.parametrize(("coding", "compress"), COMPRESSED.values(), ids=COMPRESSED)
@pytest.mark.parametrize("text", [b"", b"x", b'{"data":{}}' * 60_000])
async def test_what_was_compressed_comes_back(coding, compress, text):
    assert await inflated(coding, compress(text), LIMIT) == text


@pytest.mark.parametrize(("coding", "compress"), COMPRESSED.values(), ids=COMPRESSED)
async def test_what_inflates_beyond_the_limit_is_a_413(coding, compress):
    with pytest.raises(CrossbarError) as error:
        await inflated(coding, compress(b"x" * (LIMIT + 1)), LIMIT)
    assert error.value.status == 413


@given(st.sampled_from(list(COMPRESSED.values())), st.data())
async def test_what_is_cut_or_followed_by_more_is_a_400(compressed, data):
    coding, compress = compressed
    whole = compress(b'{"data":{"name":"x"}}')
    body = data.draw(
        st.integers(1, len(whole) - 1).map(lambda end: whole[:end])
        | st.binary(min_size=1).map(lambda more: whole + more)
    )
    with pytest.raises(CrossbarError) as error:
        await inflated(coding, body, LIMIT)
    assert error.value.status == 400


@given(st.sampled_from(["gzip", "deflate"]), st.binary(min_size=1))
async def test_rubbish_is_a_400(coding, body):
    try:
        await inflated(coding, body, LIMIT)
    except CrossbarError as error:
        assert error.status == 400


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "deflate,gzip", "é"])
def test_other_codings_are_a_415_that_names_ours(coding):
    with pytest.raises(CrossbarError) as error:
        require_known_coding(coding)
    assert (error.value.status, error.value.headers["accept-encoding"]) == (415, "gzip, deflate")


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("deflate;q=1.0, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
        ("=,gzip", True),
    ],
)
def test_gzip_is_used_only_when_it_is_listed(header, accepted):
    assert accepts_gzip(header) is accepted


@given(st.text(max_size=60))
def test_any_accept_encoding_gets_an_answer(header):
    accepts_gzip(header)
