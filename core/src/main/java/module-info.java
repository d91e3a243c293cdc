/** The pure engine: what decides. Needs java.base and nothing else; the annotations of JSpecify are gone when it runs. */
module jumpvpn.core {
    requires static transitive org.jspecify;

    exports jumpvpn.core.agent;
    exports jumpvpn.core.control;
    exports jumpvpn.core.data;
    exports jumpvpn.core.gateway;
    exports jumpvpn.core.net;
    exports jumpvpn.core.observability;
    exports jumpvpn.core.observability.audit;
    exports jumpvpn.core.ownership;
    exports jumpvpn.core.security;
    exports jumpvpn.core.session;
    exports jumpvpn.core.transport;
}
