/** Events, their types and the port they leave by (contract section 5). May use session and net. */
@NullMarked
package jumpvpn.core.observability;

import org.jspecify.annotations.NullMarked;
