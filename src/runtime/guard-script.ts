/**
 * The program of the guard, in POSIX shell: a shell starts in a millisecond and is there wherever Node.js is. `$1` is the run's nonce.
 *
 * It reads lines: `+ <group> <start time>` adds a process group to kill, `- <group>` takes it back; `f <path>` adds a file or folder to remove,
 * `F <path>` takes it back. At the end of its input, which comes however the emulator ended, it
 * 1. kills each group that is left; where the kernel shows start times, only if the leader of the group is gone or has the start time
 *    that was given (`0`: unknown), so that no process with a reused ID is killed;
 * 2. kills every process that has the nonce in its environment, until two passes in a row find none: that covers processes that left
 *    their group, processes that were started and not yet reported, and forks made meanwhile. One grep is quickest; the grep of BusyBox
 *    stops at a NUL, and then the shell reads the files itself (the `read` of every shell leaves NULs out);
 * 3. removes the files and folders.
 * It ignores a last line without a line end: the emulator died while it wrote that line.
 */
export const GUARD_SCRIPT = `
trap '' HUP INT QUIT TERM PIPE TSTP
nonce=$1
shift
known=

started_at() {
  now=
  text=
  while IFS= read -r part || [ -n "$part" ]; do text="$text $part"; done < "/proc/$1/stat"
  set -- \${text##*) }
  now=\${20}
}

while IFS= read -r line; do
  rest=\${line#* }
  case $line in
    '+ '*) known="$known \${rest% *}:\${rest#* }" ;;
    '- '*)
      kept=
      for group in $known; do
        [ "\${group%:*}" = "$rest" ] || kept="$kept $group"
      done
      known=$kept
      ;;
    'f '*) set -- "$@" "$rest" ;;
    'F '*)
      count=$#
      while [ "$count" -gt 0 ]; do
        [ "$1" = "$rest" ] || set -- "$@" "$1"
        shift
        count=$((count - 1))
      done
      ;;
  esac
done

for group in $known; do
  leader=\${group%:*}
  told=\${group#*:}
  if [ "$told" != 0 ] && [ -e "/proc/$leader/stat" ]; then
    started_at "$leader"
    [ -z "$now" ] || [ "$now" = "$told" ] || continue
  fi
  kill -KILL "-$leader"
done

sharp=
if printf 'a\\0b' | grep -qF b; then sharp=yes; fi

carriers() {
  if [ -n "$sharp" ]; then
    grep -lsF "FC_AFFINITY_RUN=$nonce" /proc/[0-9]*/environ
    return
  fi
  for file in /proc/[0-9]*/environ; do
    text=
    while IFS= read -r part || [ -n "$part" ]; do text="$text$part"; done < "$file"
    case $text in
      *"FC_AFFINITY_RUN=$nonce"*) echo "$file" ;;
    esac
  done
}

quiet=0
looks=0
while [ -d /proc/self ] && [ "$quiet" -lt 2 ] && [ "$looks" -lt 100 ]; do
  looks=$((looks + 1))
  found=$(carriers)
  if [ -z "$found" ]; then
    quiet=$((quiet + 1))
    continue
  fi
  quiet=0
  for file in $found; do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}"
  done
done

[ "$#" -eq 0 ] || rm -rf -- "$@"
`;
