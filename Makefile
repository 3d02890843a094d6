# Two commands matter: `make run` and `make test`. Both install what is missing
# from Debian's packages when they may, and else say what to install.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

DATA     ?= ./data
FUZZTIME ?= 20s
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Exact, and checked against the checksum database. It stays out of go.mod, which
# would otherwise have to follow its needs.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Everything but the segmenter and the programs is pure Go.
PURE = CGO_ENABLED=0 go list ./... | grep -vE '^huiying/(cmd(/|$$)|classify/jieba$$)'

.PHONY: run build test race once pure program check fmt vet staticcheck fuzz bench endure screens digests install-run install-test help

run: install-run build ## start the desk on a private database, with a login for each role and a small sample
	@exec bin/huiying try --data $(DATA) $(ARGS)

build: ## build bin/huiying
	go build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/huiying ./cmd/huiying

test: install-test ## run every test: with the race detector, then what takes no notice of it, and without cgo
	go run ./cmd/testdb $(MAKE) race once

# What Chromium does takes no notice of the race detector, nor does a program that is
# built as it is shipped: those tests run once, in pure and program. Under the detector
# the program plays its story, built with it.
race:
	go test -vet=off -race -timeout 25m -skip '^TestBrowser' $$(go list ./... | grep -vx huiying/cmd/huiying)
	go test -vet=off -race -timeout 25m -run '^Test(Story|WholeEngine|OwnWords|OuterNode|FerryNode|Daily|Row32|EveryField)' ./cmd/huiying

once:
	$(MAKE) --jobs=2 --output-sync=target pure program

pure:
	CGO_ENABLED=0 go build $$($(PURE))
	CGO_ENABLED=0 go test -vet=off -timeout 25m $$($(PURE))

program:
	go test -vet=off -timeout 25m ./cmd/...

check: vet staticcheck ## gofmt, vet, staticcheck, and the layout's arrows
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r ls -d 2>/dev/null | xargs -r gofmt -l); \
	  if [ -n "$$unformatted" ]; then printf 'not gofmt-ed:\n%s\n' "$$unformatted"; exit 1; fi
	go test -count=1 ./cmd/arrows ./migrations

vet:
	go vet ./...

staticcheck:
	go run $(STATICCHECK) ./...

fmt: ## gofmt everything
	gofmt -w $$(git ls-files '*.go')

fuzz: ## run each fuzz target for FUZZTIME (20s)
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
	  for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
	    echo "== $$(dirname "$$file") $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	  done; done

bench: install-test ## print one JSON line per figure; GROUP=intake, classify, live, …
	@go run ./cmd/testdb go run ./cmd/bench $(GROUP)

# A row of the endurance table is a test named TestRow<n>…; HUIYING_ENDURE asks it
# for the full figure, which it logs on a line that begins with "figure:".
endure: install-test ## ROW=n: prove one promise at its full figure, and write it to docs/endurance.md
	@test -n "$(ROW)" || { echo 'which row? make endure ROW=1' >&2; exit 2; }
	@packages=$$(grep -rlE '^func TestRow0*$(ROW)(_|[A-Z]|\()' --include='*_test.go' . | xargs -r -n1 dirname | sort -u); \
	  test -n "$$packages" || { echo 'no test proves row $(ROW) yet' >&2; exit 1; }; \
	  log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	  HUIYING_ENDURE=1 go run ./cmd/testdb go test -vet=off -count=1 -timeout 0 -v -run '^TestRow0*$(ROW)([^0-9]|$$)' $$packages | tee "$$log"; \
	  mkdir -p docs; sed -nE 's/^.*figure: /| $(ROW) | '"$$(date -u +%F)"' | $(VERSION) | /p' "$$log" | sed 's/$$/ |/' >> docs/endurance.md

# The recording is some forty seconds and less than 3 MB, at a size that can still be read.
screens: install-test ## play the drill and keep pictures of every page, and a recording, in docs/screens
	@bash -c "$$INSTALL" install ffmpeg
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	  HUIYING_SCREENS=$$folder go run ./cmd/testdb go test ./cmd/huiying -run '^TestDrillKept$$' -count=1 -timeout 20m; \
	  mkdir -p docs/screens; rm -f docs/screens/*.webp docs/screens/*.gif; cp "$$folder"/*.webp docs/screens/; \
	  ffmpeg -loglevel error -y -framerate 4 -pattern_type glob -i "$$folder/frames/*.png" \
	    -vf "scale=1000:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=96:stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle" \
	    -loop 0 docs/screens/drill.gif; \
	  ls -l docs/screens/drill.gif

digests: ## freeze the migrations of a release (REDO=1: write all anew, only before the first release)
	go test -count=1 ./migrations -run TestReleasedFilesStand -update $(if $(REDO),-redo)

install-run:
	@bash -c "$$INSTALL" install g++ postgresql

install-test:
	@bash -c "$$INSTALL" install g++ postgresql chromium fonts-noto-cjk dovecot-imapd

help: ## list these targets
	@sed -nE 's/^([a-z-]+):[^#]*## /  make \1\t/p' Makefile | expand -t 18

# install PACKAGE… asks for what each package is needed for, not for the package:
# a compiler or a PostgreSQL from elsewhere will do. Debian would start the
# daemons that it installs, and make a database cluster; neither is wanted.
define INSTALL
set -euo pipefail
has() {
  case $$1 in
  g++) command -v g++ >/dev/null ;;
  postgresql)
    local server
    for server in /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /usr/local/pgsql/bin/postgres "$$(command -v postgres || true)"; do
      if [ -x "$$server" ] && [ "$$("$$server" -V | sed -E 's/^.*\(PostgreSQL\) ([0-9]+).*$$/\1/')" -ge 15 ]; then return 0; fi
    done
    return 1 ;;
  chromium) [ -n "$${HUIYING_CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome-stable || command -v google-chrome ;;
  fonts-noto-cjk) command -v fc-list >/dev/null && [ -n "$$(fc-list :lang=zh-cn family)" ] ;;
  dovecot-imapd) { command -v dovecot || [ -x /usr/sbin/dovecot ]; } && { [ -x /usr/lib/dovecot/imap ] || [ -x /usr/libexec/dovecot/imap ]; } ;;
  esac >/dev/null
}
missing=()
for package in "$${@}"; do has "$$package" || missing+=("$$package"); done
if [ "$${#missing[@]}" = 0 ]; then exit 0; fi
how="apt-get update && apt-get install -y --no-install-recommends $${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "缺少：$${missing[*]}（Debian 的包名）。请用本机的包管理器安装对应的软件，PostgreSQL 须为 15 或更新。" >&2
  exit 1
fi
if [ "$$(id -u)" = 0 ]; then as=(env)
elif sudo -n true 2>/dev/null; then as=(sudo -n env)
else
  echo "缺少：$${missing[*]}。请让管理员执行：" >&2
  echo "  $$how" >&2
  exit 1
fi
echo "正在安装：$${missing[*]}" >&2
quiet=/etc/postgresql-common/createcluster.d/huiying.conf policy=/usr/sbin/policy-rc.d
tidy() { "$${as[@]}" rm -f "$$quiet" $${laid:-}; }
trap tidy EXIT
"$${as[@]}" mkdir -p "$${quiet%/*}"
echo 'create_main_cluster = false' | "$${as[@]}" tee "$$quiet" >/dev/null
if [ ! -e "$$policy" ]; then
  laid=$$policy
  printf '#!/bin/sh\nexit 101\n' | "$${as[@]}" tee "$$policy" >/dev/null
  "$${as[@]}" chmod 755 "$$policy"
fi
"$${as[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q update >&2
"$${as[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$${missing[@]}" >&2
for package in "$${missing[@]}"; do
  has "$$package" || { echo "装了 $$package 仍不可用（PostgreSQL 须为 15 或更新）。" >&2; exit 1; }
done
endef
export INSTALL
