# Unit tests of daemon/.
