/** The pure engine: what decides. Needs java.base and nothing else; the annotations of JSpecify are gone when it runs. */
module jumpvpn.core {
    requires static transitive org.jspecify;

    exports jumpvpn.core.net;
    exports jumpvpn.core.security;
}
