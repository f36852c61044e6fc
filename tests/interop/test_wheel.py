"""The wheel carries everything that the product needs, and works where only it is installed."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from support import server as servers
from support.sources import ROOT, SOURCE

# What is part of the package and no module.
DATA = {
    path.relative_to(ROOT / "src").as_posix() for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run(
        [*pip, "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the wheel, and with the dependencies of ours, but not the editable package."""
    folder = tmp_path_factory.mktemp("venv") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # A folder named in a .pth file is looked in, and the .pth files of that folder are not: so not our source tree.
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    done = subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def run(installed: Path, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [installed / "bin" / "delegacy", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=servers.environment(),
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        others = [name for name in archive.namelist() if ".dist-info/" in name]
    assert names == {name for name in DATA if "__pycache__" not in name}
    for name in ("demo/people.csv", "demo/contoso.ps1", "demo/letters.toml", "cmdlets/unsupported.json", "py.typed"):
        assert f"delegacy/{name}" in names
    assert any(name.startswith("delegacy/store/migrations/directory/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in others)


def test_an_installed_wheel_makes_an_organization_and_asks_it(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "bin" / "python", "-c", "import delegacy; print(delegacy.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert where.startswith(str(installed))
    assert run(installed, "--version", cwd=tmp_path).startswith("delegacy ")
    run(installed, "init", "--data", "data", "--domain", "contoso.com", cwd=tmp_path)
    assert "up to date" in run(installed, "migrate", "--data", "data", cwd=tmp_path)
    assert "Yes." in run(installed, "check", "--data", "data", "Administrator", "open", "Administrator", cwd=tmp_path)
    assert "contoso.com" in run(installed, "shell", "--data", "data", "-c", "(Get-AcceptedDomain).Name", cwd=tmp_path)


def test_an_installed_wheel_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    def program(*arguments: str) -> list[str]:
        return [str(installed / "bin" / "delegacy"), *arguments]

    server = servers.start(tmp_path / "data", name="demo", program=program)
    assert server.stop() == 0
    assert "Yes." in run(installed, "check", "--data", str(tmp_path / "data"), "jimh", "open", "ayla", cwd=tmp_path)
