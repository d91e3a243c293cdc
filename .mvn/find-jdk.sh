# Sourced by ./mvnw and ./jumpvpn: sets JAVA_HOME to a JDK 25, or says what is missing and ends with status 1.
# Reads the JDK's own `release` file instead of starting it: that costs nothing.

is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[".+-]' "$1/release"
}

find_jdk() {
    on_path=$(command -v java) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/java}
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /opt/*jdk*; do
        if is_jdk_25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return
        fi
    done
    cat >&2 <<END
$1: no JDK 25 found.
  Looked at JAVA_HOME (${JAVA_HOME:-not set}), at the java on the PATH (${on_path:-none}), and in /usr/lib/jvm, ~/.sdkman, ~/.jdks and /opt.
  Install one (Eclipse Temurin 25, or your distribution's openjdk-25-jdk-headless), or set JAVA_HOME to one. The default java may stay as it is.
END
    exit 1
}
