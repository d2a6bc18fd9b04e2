# The templates of etc/templates as C, for a slussd that is not installed, or in part.
FNR == 1 {
    if (NR > 1)
        print "    ;"
    name = FILENAME
    sub(/.*\//, "", name)
    gsub(/\./, "_", name)
    printf "static const char %s[] =\n", name
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\\&")
    printf "    \"%s\\n\"\n", $0
}
END { print "    ;" }
