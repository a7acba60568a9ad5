from __future__ import annotations

import stat
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.control.database import StoreError
from commandwall.control.vault import FILE_NAME, Vault
from commandwall.settings.site import Credential

CONFIGURED = {"dongmen": Credential("admin", "of the configuration")}
NEW = Credential("用户", 'p"w: \\ 密码')


async def test_an_added_set_outlives_a_restart_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    await Vault(tmp_path, CONFIGURED).add("school", NEW)
    again = Vault(tmp_path, CONFIGURED)
    assert again["school"] == NEW and set(again) == {"dongmen", "school"} and len(again) == 2
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


async def test_a_set_is_replaced_and_removed(tmp_path: Path) -> None:
    vault = Vault(tmp_path, CONFIGURED)
    await vault.add("school", Credential("a", "b"))
    await vault.replace("school", NEW)
    assert Vault(tmp_path, {})["school"] == NEW
    await vault.remove("school")
    assert "school" not in vault and "school" not in Vault(tmp_path, {})


async def test_the_configuration_comes_first_and_is_not_changed(tmp_path: Path) -> None:
    await Vault(tmp_path, {}).add("dongmen", NEW)
    vault = Vault(tmp_path, CONFIGURED)
    assert vault["dongmen"].user == "admin" and vault.is_configured("dongmen")
    for change in (vault.replace("dongmen", NEW), vault.remove("dongmen")):
        with pytest.raises(InvalidError, match="change them there"):
            await change


async def test_names_are_unique_and_known(tmp_path: Path) -> None:
    vault = Vault(tmp_path, CONFIGURED)
    with pytest.raises(InvalidError, match="already"):
        await vault.add("dongmen", NEW)
    for change in (vault.replace("nobody", NEW), vault.remove("nobody")):
        with pytest.raises(NotFoundError, match="'nobody'"):
            await change


async def test_a_directory_that_refuses_changes_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "not-there", {})
    with pytest.raises(StoreError, match=r"credentials\.json") as caught:
        await vault.add("school", NEW)
    assert "school" not in vault and NEW.password not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"a": {"user": "x"}}', '{"a": 1}'])
def test_a_damaged_file_is_kept_aside_and_not_quoted(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    assert len(Vault(tmp_path, {})) == 0
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith(f"{FILE_NAME}.damaged-") and aside.read_text() == text
    assert "add the credentials again" in caplog.text
