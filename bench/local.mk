# bench/: what the README's speed figures come from. Wants a build without sanitizers.
EXTRA_DIST += bench/bench.py

bench: all
	$(PYTHON3) $(srcdir)/bench/bench.py $(BENCH_FLAGS) .
.PHONY: bench
