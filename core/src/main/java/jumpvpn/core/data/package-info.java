/** The packet path: layout, bindings, the forwarding gate, held packets and look-up tables. May use session, security, transport and net; never control. */
@NullMarked
package jumpvpn.core.data;

import org.jspecify.annotations.NullMarked;
