# Unit tests mirror the tree; each folder lists its own. A program FOO_test is made of FOO_test.c
# and linked with the library it tests and those below it.
if HAVE_CMOCKA
unit_libs = $(CMOCKA_LIBS)
include tests/unit/model/local.mk
include tests/unit/conf/local.mk
include tests/unit/parsers/local.mk
include tests/unit/safeguards/local.mk
include tests/unit/store/local.mk
include tests/unit/gate/local.mk
include tests/unit/outbound/local.mk
include tests/unit/daemon/local.mk
include tests/unit/ctl/local.mk
endif
include tests/fuzz/local.mk
include tests/quarter/local.mk
TESTS += tests/unit/layers.test tests/unit/phrases.test tests/unit/figures.test
EXTRA_DIST += tests/unit/figures.test tests/unit/layers.test tests/unit/phrases.test tests/unit/literals.awk
TEST_EXTENSIONS = .test

# End to end: script/test e2e, with root and real peers. Here its files, and the full counts.
EXTRA_DIST += \
  tests/e2e/conftest.py tests/e2e/daemon.py tests/e2e/files.py tests/e2e/sftp.py \
  tests/e2e/smtp.py tests/e2e/wait.py \
  tests/e2e/test_backtest.py tests/e2e/test_conformance.py tests/e2e/test_crash.py tests/e2e/test_heby.py \
  tests/e2e/test_hostile.py \
  tests/e2e/test_intake.py tests/e2e/test_layout.py tests/e2e/test_letters.py \
  tests/e2e/test_life.py tests/e2e/test_offline.py tests/e2e/test_once.py tests/e2e/test_operator.py \
  tests/e2e/test_outbound.py tests/e2e/test_reload.py tests/e2e/test_report.py tests/e2e/test_seal.py \
  tests/e2e/test_waive.py tests/e2e/test_watching.py \
  tests/e2e/browser.py tests/e2e/clock.c tests/e2e/clock.py tests/e2e/hook.py \
  tests/e2e/mailcheck.py tests/e2e/postfix.py tests/e2e/test_alerts.py \
  tests/e2e/test_clock.py tests/e2e/test_delivery.py tests/e2e/test_receipts.py \
  tests/e2e/tls.py
torture: slussd slussctl
	SLUSS_TORTURE=1 SLUSS_BUILD='$(abs_top_builddir)' \
	  $(PYTHON3) -m pytest -q -p no:cacheprovider $(srcdir)/tests/e2e
# Input made to hurt, HOSTILE_MB of each.
HOSTILE_MB = 1024
hostile: slussctl
	SLUSS_HOSTILE_MB=$(HOSTILE_MB) SLUSS_BUILD='$(abs_top_builddir)' \
	  $(PYTHON3) -m pytest -q -p no:cacheprovider $(srcdir)/tests/e2e/test_hostile.py
# Damage to every sample, those of $SLUSS_SHARED too; SLUSS_CORRUPTION_WORK bytes read a file.
corruption: tests/unit/parsers/corruption_test
	tests/unit/parsers/corruption_test '$(srcdir)/tests/data' \
	  $(wildcard $(or $(SLUSS_SHARED),$(srcdir)/../shared)/samples)
# Files made at random by the tables, ROUNDTRIP_FILES of each format, read back and compared.
ROUNDTRIP_FILES = 100000
roundtrip: tests/unit/parsers/roundtrip_test
	tests/unit/parsers/roundtrip_test $(ROUNDTRIP_FILES)
.PHONY: torture roundtrip corruption hostile
