"""Thousands of requests made from the document: none breaks the service, no reply surprises."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import Account
from faxbox_service.openapi.components.examples import (
    ACCOUNT_ID,
    CHILD_ID,
    FAXBOX_ID,
    OTHER_FAXBOX_ID,
)
from faxbox_service.settings.settings import Settings
from tests.command import base_url_of, serving
from tests.http.conftest import NOBODY
from tests.openapi.circumstances import fill_store, prepare_new_ids

CONFIGURATION = Path(__file__).with_name("schemathesis.toml").read_text()

ROOT = Path(__file__).parents[2]

KNOWN_IDS = f"""
hooks = "tests.openapi.schemathesis_hooks"

[parameters]
"path.ACCOUNT_ID" = "{ACCOUNT_ID}"
"path.FAXBOX_ID" = "{FAXBOX_ID}"
"path.SCHEMA_ID" = "faxbox"
"header.X-Auth-Account-ID" = "{ACCOUNT_ID}"

[[operations]]
include-operation-id = "deleteFaxbox"
parameters = {{ "path.FAXBOX_ID" = "{OTHER_FAXBOX_ID}" }}

[[operations]]
include-operation-id = "deleteAccount"
parameters = {{ "path.ACCOUNT_ID" = "{CHILD_ID}" }}
"""
"""Existing documents are requested and changed; what is deleted is not needed by others."""

ANY_IDS = """
[[operations]]
include-operation-id = "deleteAccount"
enabled = false
"""
"""Ids are made up too; the account itself is not deleted, since nothing could follow."""

SECONDS = 240
"""Twenty times what it takes, for machines that are slow; then it counts as hanging."""


async def prepared(settings):
    """Fill a store for the examples, and with what may be deleted; return a token."""
    await fill_store(settings)
    repositories = await Repositories.open(settings)
    prepare_new_ids(repositories)
    account = Account.of(await repositories.accounts.fetch(ACCOUNT_ID))
    await repositories.accounts.create_child(account, {"name": "Doomed"}, NOBODY)
    await repositories.faxboxes.create(account, {"name": "Doomed"}, NOBODY)
    token = await repositories.tokens.issue(account, None, "cb_api_auth")
    await repositories.close()
    return token


def run_schemathesis(url, token, configuration, folder):
    file = folder / "schemathesis.toml"
    file.write_text(configuration)
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(file)),
            *("run", url, "--header", f"X-Auth-Token: {token}", "--no-color"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("ids", [KNOWN_IDS, ANY_IDS], ids=["known ids", "any ids"])
def test_every_reply_is_documented_and_none_is_a_500(tmp_path, ids):
    store = f"sqlite://{tmp_path}/data/faxbox.db"
    token = asyncio.run(prepared(Settings.load({"FAXBOX_STORE": store})))
    with serving(store) as (_, printed):
        url = f"{base_url_of(printed)}/v2/openapi.json"
        result = run_schemathesis(url, token, ids + CONFIGURATION, tmp_path)
    assert result.returncode == 0, result.stdout
    generated = re.search(r"(\d+) generated", result.stdout)
    assert generated is not None and int(generated[1]) > 1000
