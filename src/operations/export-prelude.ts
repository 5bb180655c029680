/**
 * Functions of POSIX `sh` that the exported script and playbook use on the hosts. They ask the same questions as the
 * steps' own checks.
 */
export const exportPrelude = `set -u
umask 077

fail() { printf '%s\\n' "$*" >&2; exit 1; }

# Nothing that is there already is overwritten.
refuse_existing() { test ! -e "$1" || fail "$1 is there already; it is left as it is."; }
refuse_filled() {
  test ! -e "$1" || { test -d "$1" && test -z "$(ls -A "$1")"; } || fail "$1 is not empty; it is left as it is."
}

# refuse_mode FILE NAME VALUE: the last active line of the name does not say so.
refuse_mode() {
  test -e "$1" || return 0
  sed -n "s/^[[:space:]]*$2[[:space:]]*=[[:space:]]*'\\{0,1\\}\\([a-zA-Z_]*\\).*/\\1/p" "$1" | tail -n 1 | grep -qix "$3" || return 0
  fail "$1 says $2 = $3: the roles are not as the topology says."
}

# wait_for SECONDS COMMAND...
wait_for() {
  left=$1; shift
  until "$@"; do
    left=$((left - 1)); test "$left" -gt 0 || fail "Not within the time: $*"
    sleep 1
  done
}

# remove_parameter FILE NAME: no active line of it is left.
remove_parameter() {
  awk -v name="$2" '{ line = $0; sub(/^[ \\t]*/, "", line); word = line; sub(/[ \\t=].*/, "", word) }
    tolower(word) != name { print }' "$1" > "$1.new" || return 1
  cat "$1.new" > "$1" && rm -f "$1.new"
}

# has_parameter FILE NAME LITERAL: its one active line says so. Without LITERAL: no active line of it is there.
has_parameter() {
  awk -v name="$2" -v wanted="\${3-}" -v none="\${3-none}" '{ line = $0; sub(/^[ \\t]*/, "", line); word = line; sub(/[ \\t=].*/, "", word)
      if (tolower(word) == name) { n++; sub(/^[^ \\t=]*[ \\t]*=?[ \\t]*/, "", line); sub(/[ \\t]*$/, "", line); if (line == wanted) right++ } }
    END { exit !(none == "none" ? n == 0 : n == 1 && right == 1) }' "$1"
}

# set_parameter FILE NAME LITERAL: one active line, at the end.
set_parameter() {
  remove_parameter "$1" "$2" && printf '%s = %s\\n' "$2" "$3" >> "$1"
}

# is_allowed FILE USER ADDRESS
is_allowed() { grep -qsE "^host +all +$2 +$3/32 +trust" "$1"; }

# allow_host FILE USER ADDRESS
allow_host() {
  is_allowed "$@" && return 0
  { printf 'host all %s %s/32 trust\\nhost all all %s/32 sha256\\n' "$2" "$3" "$3"; cat "$1"; } > "$1.new" || return 1
  cat "$1.new" > "$1" && rm -f "$1.new"
}

# has_role ENVIRONMENT DATADIR ROLE: the server answers, is Normal and has the role.
has_role() {
  test -e "$1" || return 1
  (. "$1"; gs_ctl query -D "$2" < /dev/null 2>/dev/null) | awk -v role="$3" '
    /sync_mode/ { offline = 1 }
    /local_role/ && !seen { sub(/^[^:]*: */, ""); sub(/[ \\t]+$/, ""); seen = 1; right = ($0 == role) }
    /db_state/ { sub(/^[^:]*: */, ""); sub(/[ \\t]+$/, ""); normal = ($0 == "Normal") }
    END { exit !(right && normal && !offline) }'
}

# has_sender ENVIRONMENT DATADIR: one sender streams to the other cluster.
has_sender() {
  (. "$1"; gs_ctl query -D "$2" < /dev/null 2>/dev/null) | awk '
    /peer_role/ && /StandbyCluster_Standby/ { n++ } /state/ && /Streaming/ { streaming = 1 }
    END { exit !(n == 1 && streaming) }'
}

# system_identifier ENVIRONMENT SOCKET
system_identifier() {
  test -e "$1" || return 0
  (. "$1"; pg_controldata --enable-dss --socketpath="$2" +data < /dev/null 2>/dev/null) |
    sed -n 's/^Database system identifier: *//p' | head -n 1
}

# redo_volumes DSS_VG_CONF: what tells the volumes apart that a build would empty.
redo_volumes() {
  sed -n '2,$s/^[^#:]*://p' "$1" 2>/dev/null | while read -r volume; do
    printf '%s %s\\n' "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || hostname)" "$(stat -L -c %d:%i "$volume")"
    test -b "$volume" && lsblk -dno WWN "$volume" 2>/dev/null
  done | grep . || true
}

# refuse_same_volume MARKS DSS_VG_CONF: a build would delete the other cluster's redo log.
refuse_same_volume() {
  redo_volumes "$2" | while read -r mark; do
    printf '%s\\n' "$1" | grep -qxF "$mark" && fail "A redo volume is the other cluster's own: the build would delete its redo log."
    true
  done
}
`;

/** What makes the file that hands the password to a tool. Some shells do not run the trap of EXIT when a signal ends them. */
export const passwordFileLines: readonly string[] = [
  'PASSWORD_FILE=$(mktemp) || exit 1',
  'trap \'rm -f "$PASSWORD_FILE"\' EXIT',
  "trap 'exit 1' HUP INT PIPE TERM",
];
