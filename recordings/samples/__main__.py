"""Write the sample recordings and what is expected of them beside this file."""

from rtlog.recordings.samples.catalogue import FOLDER, files

if __name__ == "__main__":
    for name, content in files():
        (FOLDER / name).write_bytes(content)
