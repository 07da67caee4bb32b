# Targets are explained by `make help`. Paths are relative, so that the folder may hold spaces.
.DEFAULT_GOAL := help
.PHONY: run test check fix bench docs clean help
export UV_PYTHON_DOWNLOADS := never
export DATABASE_URL PORT

UV := .tools/bin/uv
PYTHON := .venv/bin/python
READY := .venv/.ready
