# Unit tests of store/.
