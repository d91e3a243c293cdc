package jumpvpn.node.app;

import java.util.List;

/** Every command. */
final class Commands {
    static final List<Command> ALL = List.of(
            new Command(
                    "gateway init",
                    "[DIR]",
                    "write a gateway's first files",
                    List.of(GatewayInit.NAME, GatewayInit.PORT),
                    """
                    Writes gateway.toml and a private key into DIR (default: here). Nothing that exists is overwritten.

                      jumpvpn gateway init                       # gateway.toml and gw1.key, UDP port 4500
                      jumpvpn gateway init /etc/jumpvpn --name berlin
                      jumpvpn client add laptop                  # then: a client for it
                    """,
                    GatewayInit::run),
            new Command(
                    "client add",
                    "NAME",
                    "add a client to a gateway and write its files",
                    List.of(ClientAdd.CONFIG, ClientAdd.ENDPOINT, ClientAdd.ROUTE, Option.CONTROL),
                    """
                    Appends [[client]] to the gateway's file and writes NAME.toml and NAME.key beside it, ready to be taken to the
                    client. Keys and inner addresses are chosen for you. Nothing that exists is overwritten. A gateway that runs here admits it
                    at once, and with mode "etcd" all the others do.

                      jumpvpn client add laptop --endpoint vpn.example.org
                      jumpvpn client add phone --endpoint 198.51.100.1:4500 --endpoint [2001:db8::1]:4500 --route 10.88.0.0/24
                    """,
                    ClientAdd::run),
            new Command(
                    "client revoke",
                    "NAME",
                    "admit a client no more",
                    List.of(ClientAdd.CONFIG, Option.CONTROL),
                    """
                    Ends the client's session and makes its section in the gateway's file a comment. A running gateway is told; with mode
                    "etcd" one must run here, and all gateways hear of it from the store.

                      jumpvpn client revoke laptop --config gateway.toml
                    """,
                    ClientRevoke::run),
            new Command("gateway", "", "run a gateway", List.of(Option.CONFIG), """
                    Runs in the foreground until Ctrl-C or SIGTERM, the log on stderr. Needs the right to make a TUN device (root, or
                    CAP_NET_ADMIN). On the way out clients are told, and device and routes are put back.

                      sudo jumpvpn gateway --config gateway.toml
                    """, RunCommand::gateway),
            new Command("connect", "", "connect to a gateway", List.of(Option.CONFIG), """
                    Runs in the foreground until Ctrl-C or SIGTERM, the log on stderr. The session survives what happens to the network
                    below it; watch it with "jumpvpn events --follow" and "jumpvpn status".

                      sudo jumpvpn connect --config laptop.toml
                    """, RunCommand::connect),
            new Command(
                    "status",
                    "",
                    "show how a running gateway or client is",
                    List.of(Option.JSON, Option.CONTROL),
                    """
                      jumpvpn status
                      jumpvpn status --json | jq .state          # ATTACHED: everything passes
                      jumpvpn status --control /run/jumpvpn/laptop.sock
                    """,
                    ControlCommands::status),
            new Command(
                    "sessions",
                    "",
                    "list the sessions of a running node",
                    List.of(Option.JSON, Option.CONTROL),
                    """
                      jumpvpn sessions
                      jumpvpn sessions --json | jq '.[].client'
                    """,
                    ControlCommands::sessions),
            new Command(
                    "paths",
                    "",
                    "show the paths of a running client",
                    List.of(PathsCommand.WATCH, Option.JSON, Option.CONTROL),
                    """
                    A line a path: "active" carries the session, "up" may be tried, "dead" was found dead and is tried last. RTT is the newest
                    known, LOSS the active path's; ANSWERED is when the gateway was last heard there. Others than the active path are asked
                    only when there is a reason, so an old answer is no bad sign.

                      jumpvpn paths
                      jumpvpn paths --watch                      # anew every second, until Ctrl-C
                      jumpvpn paths --watch --json               # one JSON object a second
                      jumpvpn paths --json | jq -r '.candidates[] | select(.state == "up").id'
                    """,
                    PathsCommand::run),
            new Command(
                    "top",
                    "",
                    "watch the sessions of a running node",
                    List.of(TopCommand.ONCE, TopCommand.ROWS, Option.CONTROL),
                    """
                    A line a session, anew every second until Ctrl-C: those in trouble first, then the busiest. SENT and RECEIVED are what this
                    end sent and received in the last second.

                      jumpvpn top
                      jumpvpn top --once --rows 100000 | sort    # plain text, once
                    """,
                    TopCommand::run),
            new Command(
                    "jump",
                    "",
                    "move the session to another path",
                    List.of(ControlCommands.TO, Option.JSON, Option.CONTROL),
                    """
                    A planned switch: while both paths are alive nothing is lost. PATH is a path's id, an interface or a local address of
                    "jumpvpn status"; without --to the best other path is taken.

                      jumpvpn jump
                      jumpvpn jump --to wlan0
                    """,
                    ControlCommands::jump),
            new Command(
                    "terminate",
                    "SESSION",
                    "end a session",
                    List.of(Option.JSON, Option.CONTROL),
                    """
                    SESSION is a session id of "jumpvpn sessions" or, at a gateway, a client's name. The client may connect anew;
                    "jumpvpn client revoke NAME" keeps it out.

                      jumpvpn terminate laptop
                    """,
                    ControlCommands::terminate),
            new Command(
                    "cluster",
                    "",
                    "show the gateways that share sessions, and their store",
                    List.of(Option.JSON, Option.CONTROL),
                    """
                    A line a gateway, as the one that is asked knows it: alive or draining, how many sessions it had at its newest sign of
                    life, and how old that is.

                      jumpvpn cluster
                      jumpvpn cluster --json | jq '.members[] | select(.alive == false).name'
                    """,
                    ClusterCommands::cluster),
            new Command(
                    "drain",
                    "",
                    "send a gateway's sessions to the others, before it is stopped",
                    List.of(ClusterCommands.TIMEOUT, Option.CONTROL),
                    """
                    The gateway takes nothing new and tells every client to go to another. Waits until none is left: exit code 0, or 1 if
                    some are still there after the time; it goes on draining until it is stopped. With mode "etcd" only: else nobody
                    else may take the sessions.

                      jumpvpn drain && systemctl stop jumpvpn
                      jumpvpn drain --timeout 5min --control /run/jumpvpn/gw1.sock
                    """,
                    ClusterCommands::drain),
            new Command(
                    "events",
                    "",
                    "print what happened, one JSON object a line",
                    List.of(
                            EventsCommand.FOLLOW,
                            EventsCommand.SESSION,
                            EventsCommand.TYPE,
                            EventsCommand.REASON,
                            Option.CONTROL),
                    """
                    Prints the newest events that the running node keeps; with --follow also those to come. Every transition is there with
                    its reason. What is asked for must hold together; EVENTS_DROPPED is always shown.

                      jumpvpn events --follow
                      jumpvpn events --follow --session 49a9 --type STATE_CHANGE --type SWITCH_DENIED
                      jumpvpn events --reason TRANSPORT_DEAD
                      jumpvpn events --follow | jq -r 'select(.type == "STATE_CHANGE") | [.ts, .from, .to, .reason] | @tsv'
                    """,
                    EventsCommand::run),
            new Command(
                    "audit",
                    "FILE…",
                    "what the event files of all nodes prove",
                    List.of(
                            Option.JSON,
                            AuditCommand.CONFIG,
                            AuditCommand.TIMELINE,
                            AuditCommand.SESSION,
                            AuditCommand.REPORT,
                            AuditCommand.VERIFY),
                    """
                    Rebuilds every session from the event files of gateways and clients and checks the rules that must always hold. Exit
                    code: 0 PROVEN, 1 VIOLATED (an event breaks a rule; file and line are named), 3 INCOMPLETE (events are missing).

                      jumpvpn audit gw1.jsonl laptop.jsonl
                      jumpvpn audit --config gateway.toml --json /var/log/jumpvpn/*.jsonl* | jq .verdict
                      jumpvpn audit --timeline --session 49a9 gw1.jsonl laptop.jsonl
                      jumpvpn audit --report audit.html /var/log/jumpvpn/*.jsonl*
                      jumpvpn audit --verify gw1=gw1-events.pub gw1.jsonl   # nothing changed since the gateway wrote it
                    """,
                    AuditCommand::run),
            new Command(
                    "check",
                    "",
                    "read a file over and say what is wrong",
                    List.of(Option.CONFIG, Option.JSON),
                    """
                    Reads a gateway's or client's file as gateway and connect would. Each problem has its line and a way out.

                      jumpvpn check --config gateway.toml
                    """,
                    CheckCommand::run),
            new Command(
                    "doctor",
                    "",
                    "what is wrong on this machine, and how to mend it",
                    List.of(Option.CONFIG, Option.JSON),
                    """
                    Looks at privileges, /dev/net/tun, what the kernel can do, the clock and the ciphers; with a file also at its ports, routes
                    and names, and at a client whether its gateways answer. Running sessions are not disturbed. Each line is OK, WARN (works,
                    but worse than it could) or FAIL, with what to do. Exit code: 1 if anything fails.

                      sudo jumpvpn doctor
                      sudo jumpvpn doctor --config laptop.toml
                    """,
                    DoctorCommand::run),
            new Command(
                    "report",
                    "",
                    "collect what somebody who helps wants to see, without secrets",
                    List.of(Option.CONFIG, ReportCommand.LOG, ReportCommand.OUT, Option.CONTROL),
                    """
                    Writes one zip file: versions, the configuration, status and newest events of the running node, the end of its log, and what
                    doctor says. Keys, tokens and passwords are taken out of all of them; names and addresses are not.

                      sudo jumpvpn report --config gateway.toml
                      sudo jumpvpn report --config gateway.toml --log /var/log/jumpvpn.log --out report.zip
                    """,
                    ReportCommand::run),
            new Command("genkey", "", "print a new private key", List.of(), """
                      (umask 077; jumpvpn genkey > laptop.key)
                      jumpvpn pubkey < laptop.key
                    """, KeyCommands::genkey),
            new Command(
                    "pubkey",
                    "",
                    "read a private key on stdin, print its public key",
                    List.of(KeyCommands.EVENTS),
                    """
                      jumpvpn pubkey < laptop.key
                      jumpvpn pubkey --events < gw1-events.key > gw1-events.pub    # of "events-key": for audit --verify
                    """,
                    KeyCommands::pubkey),
            new Command(
                    "lab",
                    "[SCENARIO…]",
                    "watch a real tunnel survive a cut, on this machine alone",
                    List.of(),
                    """
                    Builds namespaces with a client, two uplinks, a gateway and a server, starts the real processes, cuts an uplink under a
                    download and prints the timeline and a verdict. The launcher ./jumpvpn starts it.

                      ./jumpvpn lab
                      ./jumpvpn lab --help
                    """,
                    Commands::lab));

    private Commands() {}

    /** The launcher never brings this word here; somebody called the class itself. */
    private static int lab(Arguments arguments, Context context) throws CommandFailed {
        throw new CommandFailed("the lab has a class path of its own; start it with the launcher: ./jumpvpn lab");
    }
}
