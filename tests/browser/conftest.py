"""Chromium as the machine has it."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args():
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    return {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox", *quiet]}
