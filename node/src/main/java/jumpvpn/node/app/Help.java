package jumpvpn.node.app;

import java.util.ArrayList;
import java.util.List;

/** The texts of {@code --help}. */
final class Help {
    private Help() {}

    static String overview() {
        StringBuilder text = new StringBuilder("""
                Jumping VPN: the session is the anchor, transport is volatile.

                Usage: jumpvpn COMMAND [OPTION…]

                """);
        for (Command command : Commands.ALL) {
            text.append(
                    "  %-24s %s%n".formatted((command.name() + " " + command.operands()).strip(), command.summary()));
        }
        return text.append("""

                Connected in two minutes:
                  on the gateway   jumpvpn gateway init
                                   jumpvpn client add laptop --endpoint vpn.example.org
                                   sudo jumpvpn gateway --config gateway.toml
                  on the client    sudo jumpvpn connect --config laptop.toml

                "jumpvpn COMMAND --help" explains a command with examples. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
                """).toString();
    }

    static String of(Command command) {
        StringBuilder text = new StringBuilder(
                "jumpvpn " + command.name() + ": " + command.summary() + "\n\nUsage: jumpvpn " + command.name());
        List<Option> options = new ArrayList<>(command.options());
        options.add(Option.HELP);
        text.append(" [OPTION…]")
                .append(command.operands().isEmpty() ? "" : " " + command.operands())
                .append("\n\n");
        for (Option option : options) {
            text.append("  %-24s %s%n".formatted(option.label(), option.help()));
        }
        return text.append('\n').append(command.text()).toString();
    }
}
