/** Events to syslog servers (RFC 5424), over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425). May use {@code core.observability} and {@code node.observability}; knows no other adapter. */
@NullMarked
package jumpvpn.node.observability.syslog;

import org.jspecify.annotations.NullMarked;
