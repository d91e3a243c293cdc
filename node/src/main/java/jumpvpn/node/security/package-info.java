/**
 * Ciphers and X25519 of native libraries that may be installed, through the FFM API, and the choice between them and the JDK's (docs/adr/0038). It may use {@code
 * jumpvpn.core.security} and {@code jumpvpn.node.host}. Nothing here must be installed: what is absent is not used.
 */
@NullMarked
package jumpvpn.node.security;

import org.jspecify.annotations.NullMarked;
