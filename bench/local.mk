# bench/: what the README's speed figures come from. Wants a build without sanitizers.
#   make bench BENCH_SIZE=100            MB a file, 1000 unless told else
EXTRA_DIST += bench/bench.py bench/formats.py bench/peers.py bench/PEERS.md
BENCH_SIZE = 1000

bench: all
	$(PYTHON3) $(srcdir)/bench/bench.py --size $(BENCH_SIZE) $(BENCH_FLAGS) .
.PHONY: bench
