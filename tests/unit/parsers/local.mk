# Unit tests of parsers/.
