# safeguards-figures.awk -- doc/safeguards-figures.md, from the sources:
#   LC_ALL=C awk -f doc/safeguards-figures.awk model/finding_kinds.def model/settings.h safeguards/*.[hc]
# Of each file that holds a check: what it may find, the weights it gives, its constants. Of the
# others that decide (engine, habit, learned): their constants. A test compares it with what stands.

function natural(db) { return sprintf("%.1f", db * 0.230258509) }

# Decibans in a call: those behind a question mark where it chooses.
function add_weights(text,    call, n, part, i, at) {
    while ((at = index(text, "DECIBANS(")) > 0) {
        text = substr(text, at + 9)
        call = text
        sub(/\).*/, "", call)
        sub(/^[^?]*\?/, "", call)
        n = split(call, part, /[^0-9.-]+/)
        for (i = 1; i <= n; i++)
            if (part[i] ~ /^-?[0-9]+(\.[0-9]+)?$/ && !((file, part[i]) in given)) {
                given[file, part[i]] = 1
                weights[file] = weights[file] (weights[file] == "" ? "" : ", ") natural(part[i])
            }
    }
}

FNR == 1 {
    file = FILENAME
    sub(/.*\//, "", file)
    name = file
    sub(/\.[hc]$/, "", name)
    if (!(name in known)) {
        known[name] = 1
        order[++files] = name
    }
    file = name
    code = ""
}

FILENAME ~ /finding_kinds\.def$/ {
    if ($0 ~ /^FINDING\(/) {
        split($0, part, /[(,] */)
        level_of[part[2]] = tolower(part[4])
        check_of[part[2]] = part[3]
        gsub(/"/, "", check_of[part[2]])
        weight_of[part[2]] = part[5] + 0
    }
    next
}

FILENAME ~ /settings\.h$/ {
    if ($0 ~ /^ +\.[a-z_]+ = [0-9]/) {
        line = $0
        gsub(/[ \\]/, "", line)
        n = split(line, part, ",")
        for (i = 1; i <= n; i++)
            if (part[i] != "") {
                split(substr(part[i], 2), pair, "=")
                usual[++usuals] = "| `" pair[1] "` | " pair[2] " |"
            }
    }
    next
}

# A comment tells of what follows it directly.
/^\/\*/ { above = "" }
/^\/\*/, /\*\// {
    line = $0
    gsub(/^ *\/?\* *| *\*\/.*$/, "", line)
    above = above (above == "" ? "" : " ") line
    above_at = FNR
    next
}

/^#define [A-Z_]+ +[0-9]/ {
    line = $0
    comment = above_at == FNR - 1 ? above : ""
    sub(/^.*\.[ch] -- .*$/, "", comment)
    if (match(line, /\/\*.*/)) {
        comment = substr(line, RSTART)
        line = substr(line, 1, RSTART - 1)
        gsub(/^\/\* *| *\*\/$/, "", comment)
    }
    n = split(line, part, / +/)
    value = part[3]
    if (value ~ /^[0-9.]+(e[0-9]+)?$/)
        constants[file] = constants[file] "| `" part[2] "` | " value " | " comment " |\n"
}

{
    add_weights($0)
    line = $0
    while (match(line, /FINDING_[A-Z_]+/)) {
        code = substr(line, RSTART + 8, RLENGTH - 8)
        line = substr(line, RSTART + RLENGTH)
        if ((code in level_of) && !((file, code) in found)) {
            found[file, code] = 1
            findings[file] = findings[file] sprintf("| `%s` | %s | %s | %s |\n",
                tolower(code), check_of[code], level_of[code],
                weight_of[code] ? sprintf("%.1f", weight_of[code]) : "@")
        }
    }
}

/^    \.name = "/ { split($0, part, "\""); check[file] = part[2] }
/^    \.asks = "/ { split($0, part, "\""); asks[file] = part[2] }

function tell(name) {
    gsub(/@/, weights[name] == "" ? "0" : "measured", findings[name])
    if (findings[name] != "")
        printf "| finding | check | level | weight |\n| --- | --- | --- | --- |\n%s\n", findings[name]
    if (weights[name] != "")
        printf "Measured weights: %s.\n\n", weights[name]
    if (constants[name] != "")
        printf "| constant | value | |\n| --- | --- | --- |\n%s\n", constants[name]
}

END {
    print "# The figures of the safeguards\n"
    print "Made from the sources by `doc/safeguards-figures.awk`; a test holds it to them. Weights are natural"
    print "logarithms of likelihood ratios: 2.3 is ten times likelier in a wrong file. What is `measured` weighs by"
    print "how far it lies from the habit, and may hold alone where [safeguards.md](safeguards.md) says so.\n"
    print "## What the site sets (usual values)\n"
    print "| setting | value |\n| --- | --- |"
    for (i = 1; i <= usuals; i++)
        print usual[i]
    print ""
    for (i = 1; i <= files; i++)
        if (order[i] in check) {
            printf "## `%s`: %s\n\n", check[order[i]], asks[order[i]]
            tell(order[i])
        }
    print "## What they share\n"
    for (i = 1; i <= files; i++)
        if (!(order[i] in check) && constants[order[i]] != "" && order[i] ~ /^(engine|habit|learned)$/) {
            printf "### %s\n\n", order[i]
            findings[order[i]] = ""
            weights[order[i]] = ""
            tell(order[i])
        }
}
