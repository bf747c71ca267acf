/// Channels between processes: CHANNEL declares one, READ waits for a word, WRITE waits for room.
///
/// The vendor's emulator waits in a busy loop until the operating system takes the core away, so it
/// passes a few thousand words per second. In an emulation, READ and WRITE therefore yield the core
/// while they wait, and sleep after some tries. They also count the words of each channel, so that
/// the host can report which channels block a design that stops.
#ifndef QNN_CHANNELS_H
#define QNN_CHANNELS_H

#ifdef QNN_EMULATION

int sched_yield(void);
int usleep(uint microseconds);

#define TRIES 50
#define PAUSE(tries)                                                                               \
    if (++tries < TRIES)                                                                           \
        sched_yield();                                                                             \
    else                                                                                           \
        usleep(20)

#define CHANNEL(word, name, words)                                                                 \
    channel word name __attribute__((depth(words)));                                               \
    __global volatile uint name##_read;                                                            \
    __global volatile uint name##_written;

#define READ(from, word)                                                                           \
    do {                                                                                           \
        bool there = false;                                                                        \
        uint tries = 0;                                                                            \
        while (true) {                                                                             \
            word = read_channel_nb_intel(from, &there);                                            \
            if (there) break;                                                                      \
            PAUSE(tries);                                                                          \
        }                                                                                          \
        ++JOIN(from, _read);                                                                       \
    } while (false)

#define WRITE(to, word)                                                                            \
    do {                                                                                           \
        uint tries = 0;                                                                            \
        while (!write_channel_nb_intel(to, word)) PAUSE(tries);                                    \
        ++JOIN(to, _written);                                                                      \
    } while (false)

#else

#define CHANNEL(word, name, words) channel word name __attribute__((depth(words)));
#define READ(from, word) word = read_channel_intel(from)
#define WRITE(to, word) write_channel_intel(to, word)

#endif

#define JOIN(a, b) JOIN_EXPANDED(a, b)
#define JOIN_EXPANDED(a, b) a##b

#endif
