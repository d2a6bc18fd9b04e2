# bench/: what the README's speed figures come from. Wants a build without sanitizers.
#   make bench BENCH_SIZE=100            MB a file, 1000 unless told else
EXTRA_DIST += bench/bench.py bench/formats.py bench/peers.py bench/PEERS.md
BENCH_SIZE = 1000

bench: all
	$(PYTHON3) $(srcdir)/bench/bench.py --size $(BENCH_SIZE) $(BENCH_FLAGS) .
.PHONY: bench

# How well the safeguards tell a wrong file from a right one: real streams ($SLUSS_SHARED) and
# municipal traffic made by traffic.py. BENCH_FLAGS=--quick for a few minutes' worth.
EXTRA_DIST += \
  bench/incidents.py bench/people.py bench/replay.py bench/safeguards.py bench/streams.py \
  bench/towns.py bench/traffic.py bench/writers.py
bench-safeguards: slussctl
	$(PYTHON3) $(srcdir)/bench/safeguards.py $(BENCH_FLAGS) .
.PHONY: bench-safeguards
