# shellcheck shell=bash
# Sourced, with `root` and `fail`: lets TensorFlow's binding find the libraries of a TensorFlow that the machine has.
# NTK_TENSORFLOW_LIBRARIES names their folder. Where the binding has come without libraries, python3 is asked for its TensorFlow.
binding=${NTK_TENSORFLOW_DIR:-$root/.tensorflow}/node_modules/@tensorflow/tfjs-node
if [ -z "${NTK_TENSORFLOW_LIBRARIES:-}" ] && [ -d "$binding/lib" ] && [ ! -e "$binding/deps/lib/libtensorflow_cc.so.2" ]; then
  # Found and not loaded: an import takes seconds.
  NTK_TENSORFLOW_LIBRARIES=$("${NTK_PYTHON:-python3}" -c 'import importlib.util as u
found = u.find_spec("tensorflow")
print(list(found.submodule_search_locations)[0] if found else "")' 2>/dev/null) || true
fi
if [ -n "${NTK_TENSORFLOW_LIBRARIES:-}" ]; then
  for library in libtensorflow_cc.so.2 libtensorflow_framework.so.2; do
    [ -e "$NTK_TENSORFLOW_LIBRARIES/$library" ] ||
      fail "NTK_TENSORFLOW_LIBRARIES: must be a folder with $library, got $NTK_TENSORFLOW_LIBRARIES. Name the folder tensorflow of Python's site-packages, or leave it unset."
  done
  NTK_TENSORFLOW_LIBRARIES=$(cd "$NTK_TENSORFLOW_LIBRARIES" && pwd)
  export NTK_TENSORFLOW_LIBRARIES
  case ":${LD_LIBRARY_PATH:-}:" in
    *":$NTK_TENSORFLOW_LIBRARIES:"*) ;;
    # Before those that were installed beside the binding.
    *) export LD_LIBRARY_PATH=$NTK_TENSORFLOW_LIBRARIES${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} ;;
  esac
fi
