/** Paths, their quality, failure detection and candidate selection; pure. May use net and java.base; nothing else of the project. */
@NullMarked
package jumpvpn.core.transport;

import org.jspecify.annotations.NullMarked;
