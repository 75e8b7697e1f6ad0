# `make help` lists what there is.

PYTHON ?= python3
PORT ?= 8000
export PORT

VENV := .venv/bin/python
# The same Python, with the environment of a site on this machine: its own secret, loopback only, no https.
SITE := $(VENV) -m tools.local
INSTALL := $(VENV) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
LOCK := $(VENV) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run dev sample test test-quick check bench bench-history soak faults pictures styles lock clean preflight port backup restore bench-backup lighthouse bench-spread bench-scale bench-slow bench-servers observatory hostile bench-door fuzz ownership mutation zones reminders

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: port .venv/site var/static/.collected ## start the site at http://127.0.0.1:8000 (make run PORT=8001 for another port)
	@$(SITE) -m backpain.serve

dev: port .venv/site ## start it with Django's development server, which notices changes and explains errors
	@DEBUG=on $(SITE) -m backpain.serve --prepare-only
	@DEBUG=on $(SITE) manage.py runserver 127.0.0.1:$(PORT)

sample: .venv/site var/static/.collected ## add a sample person with 16 weeks of history, and say how to sign in
	@$(SITE) -m backpain.serve --prepare-only
	@$(SITE) manage.py sample

backup: .venv/site ## write all that the site keeps into one file in var/backups/ (make backup FILE=… for another)
	@$(SITE) manage.py backup $(if $(FILE),"$(FILE)")

restore: .venv/site ## put a backup back: make restore FILE=…, and CONFIRM=yes to replace what is there
	@$(SITE) manage.py restore $(if $(filter yes,$(CONFIRM)),--replace) $(if $(FILE),"$(FILE)")

test: .venv/dev var/static/.collected ## run every check and test, on SQLite, on PostgreSQL and in Chromium
	@$(VENV) -m tools.test all

test-quick: .venv/dev var/static/.collected ## run the tests on SQLite only, without the browser
	@$(VENV) -m tools.test quick

check: .venv/dev ## run the linters and the type checker only
	@$(VENV) -m tools.test check

bench: .venv/dev var/static/.collected ## print how fast the pages are and what a web worker takes of memory, on PostgreSQL
	@$(VENV) -m tools.bench

bench-servers: .venv/dev var/static/.collected ## print how other web servers would do with this site
	@$(VENV) -m tools.bench_servers

bench-slow: .venv/dev var/static/.collected ## print how long a visit takes while 200 others are slow
	@$(VENV) -m tools.slow_clients

bench-door: .venv/dev var/static/.collected ## measure whether sign-in, reset and sign-up tell who has an account (ten minutes)
	@$(VENV) -m tools.bench_door
	@$(VENV) -m tools.bench_door 200 sqlite

bench-history: .venv/dev var/static/.collected ## print what the history costs after ten years, on a database of its own
	@$(VENV) -m tools.bench_history

bench-backup: .venv/dev ## prove on a million rows that backups are whole, on SQLite and PostgreSQL
	@$(VENV) -m tools.prove_backup

lighthouse: .venv/dev var/static/.collected ## measure how the pages load and how a tick feels on a phone
	@$(VENV) -m tools.phone

observatory: .venv/dev var/static/.collected ## have the MDN HTTP Observatory's own grader judge the headers, on this machine
	@$(VENV) -m tools.grade

hostile: .venv/dev ## send everything odd to every address, of which `make test` sends a twelfth
	@ONE_IN=1 $(VENV) -m tools.test hostile

mutation: .venv/dev ## put mistakes into the rules and into what guards ownership, and see whether the tests notice
	@$(VENV) -m tools.mutation

zones: .venv/dev ## send every time zone through each of its transitions from 2024 to 2032
	@$(VENV) -m tools.zones

reminders: .venv/dev ## see that 10,000 reminders all arrive, and once, while those who send them are killed
	@$(VENV) -m tools.reminders

soak: .venv/dev var/static/.collected ## see for 15 minutes whether all that many clients were told is there
	@$(VENV) -m tools.soak

faults: .venv/dev var/static/.collected ## break a site under load in many ways, and see what it has lost
	@$(VENV) -m tools.faults

fuzz: .venv/dev var/static/.collected ## send 100,000 generated requests, and see that none does harm (REQUESTS=5000: fewer)
	@$(VENV) -m tools.fuzz $(REQUESTS)

ownership: .venv/dev var/static/.collected ## take each filter that keeps people apart out, and see which test turns red
	@$(VENV) -m tools.ownership

bench-spread: .venv/dev var/static/.collected ## try the site behind a proxy, a pooler and with a replica that takes over
	@$(VENV) -m tools.spread

bench-scale: .venv/dev var/static/.collected ## print what pages cost beside 20 million completions of others (PEOPLE=200: fewer)
	@$(VENV) -m tools.bench_scale $(PEOPLE)

pictures: .venv/site ## draw the pictures of the exercises anew, from tools/pictures/poses.toml
	@$(VENV) -m tools.pictures

styles: .venv/dev ## take from Bootstrap anew what the pages use of it
	@$(VENV) -m tools.bootstrap

lock: .venv/dev ## pin the requirements anew (make lock LOCK_OPTIONS=--upgrade for newer versions)
	$(LOCK) $(LOCK_OPTIONS) requirements/base.in --output-file requirements/base.txt
	$(LOCK) $(LOCK_OPTIONS) requirements/dev.in --constraint requirements/base.txt --output-file requirements/dev.txt

clean: ## remove what can be made again; data and secret in var/ stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis var/static var/test.sqlite3*

preflight: ## see whether this machine has what the site needs
	@command -v $(PYTHON) > /dev/null || { echo "Backpain cannot start: there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) tools/preflight.py

port: preflight ## see whether the port is free as well
	@$(PYTHON) tools/preflight.py "$(PORT)"

.venv/bin/python: | preflight
	@echo "Making a virtual environment in .venv"
	@$(PYTHON) -m venv --clear .venv

.venv/site: requirements/base.txt | .venv/bin/python
	@echo "Installing what the site needs; this happens once"
	@$(INSTALL) $<
	@touch $@

.venv/dev: requirements/dev.txt .venv/site | .venv/bin/python
	@echo "Installing what the tests need; this happens once"
	@$(INSTALL) $<
	@touch $@

# Folders are listed as well: their time changes when a file in them is removed.
var/static/.collected: .venv/site backpain/settings.py $(shell find static -not -name '.*')
	@echo "Collecting and compressing the static files"
	@DEBUG=off $(SITE) manage.py collectstatic --noinput --verbosity 0
	@touch $@
