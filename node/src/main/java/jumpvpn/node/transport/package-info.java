/**
 * What the transports that ride on Netty share: the hand-over between the packet threads and Netty's thread, and what waits for a connection. Loads nothing of Netty before
 * the first of them is used. May use {@code jumpvpn.core.net}, {@code jumpvpn.core.transport} and {@code jumpvpn.node.host}.
 */
@NullMarked
package jumpvpn.node.transport;

import org.jspecify.annotations.NullMarked;
