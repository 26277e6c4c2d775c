# Completion of tessera's programs, for bash: source this file, or install tessera, or copy it to
# ~/.local/share/bash-completion/completions/{mpdata,pde,cahn-hilliard,tessera-doctor}. In zsh: autoload -U bashcompinit && bashcompinit first.
#
# Also behind mpiexec: mpiexec -n 2 pde run.yaml --set ti<TAB>

_tessera_words() {  # WORDS: those that begin with what was typed
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_tessera_files() {  # PATTERN: folders, and files of this pattern
  mapfile -t COMPREPLY < <(compgen -f -X "!$1" -- "$current"; compgen -d -- "$current")
  compopt -o filenames 2>/dev/null
}

_tessera_keys() {  # PROGRAM
  "$1" --list keys 2>/dev/null </dev/null | sed -n 's/^\([a-z][^ ]*\)  .*/\1/p' | grep -v '<'
}

_tessera() {
  local program=$1 current=$2 previous=$3
  COMPREPLY=()
  # "=" separates words in bash, so that KEY=VALUE arrives in three.
  case $previous in
    --set)
      _tessera_words "$(_tessera_keys "$program")"
      compopt -o nospace 2>/dev/null
      COMPREPLY=("${COMPREPLY[@]/%/=}")
      return
      ;;
    --list)
      [[ $current == -* ]] || _tessera_words "equations steppers boundaries keys $(_tessera_keys "$program" | sed 'p; s/\..*//' | sort -u)"
      [[ ${#COMPREPLY[@]} -eq 0 ]] || return
      ;;
    --resume) [[ $current == -* ]] || { _tessera_files '*.h5'; return; } ;;
    --repair) _tessera_files '*.h5'; return ;;
    = ) return ;;
  esac
  if [[ ${program##*/} == tessera-doctor ]]; then
    if [[ $current == -* ]]; then _tessera_words "--help --repair"; else _tessera_files '*.h5'; fi
  elif [[ $current == -* ]]; then
    _tessera_words "--check --help --list --quiet --resume --set --verbose --version"
  else
    _tessera_files '*.y*ml'
  fi
}

# Behind a launcher the program is the first word that is one of ours.
_tessera_launched() {
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case ${word##*/} in
      mpdata | pde | cahn-hilliard | tessera-doctor) _tessera "$word" "$2" "$3"; return ;;
    esac
  done
  mapfile -t COMPREPLY < <(compgen -c -- "$2"; compgen -f -- "$2")
}

complete -F _tessera mpdata pde cahn-hilliard tessera-doctor
complete -F _tessera_launched mpiexec mpirun mpiexec.openmpi mpirun.openmpi mpiexec.mpich mpirun.mpich srun
