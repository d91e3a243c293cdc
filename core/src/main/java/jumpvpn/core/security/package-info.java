/** Handshake, key schedule, tickets, proof of possession, replay window, AEAD and key-agreement ports. May use net and java.base; nothing else of the project. */
@NullMarked
package jumpvpn.core.security;

import org.jspecify.annotations.NullMarked;
