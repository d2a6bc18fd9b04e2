# Unit tests of outbound/.
