# Unit tests of safeguards/.
