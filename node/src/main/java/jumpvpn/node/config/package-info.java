/**
 * The TOML files of a gateway and of a client as typed, checked records. Every error names file, line and a way out. May use {@code core.net}, tomlj and the file
 * system; looks no name up and opens no socket.
 */
@NullMarked
package jumpvpn.node.config;

import org.jspecify.annotations.NullMarked;
