/** Control messages and their codec, byte by byte as docs/protocol/wire.md says. May use session, security, transport and net. */
@NullMarked
package jumpvpn.core.control;

import org.jspecify.annotations.NullMarked;
