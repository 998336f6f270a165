"""What is wrong with the file of a recording, what that means for who reads it, and a copy without it."""

from rtlog.recordings.doctoring.diagnosis import Complaint, Diagnosis
from rtlog.recordings.doctoring.examining import Examiner
from rtlog.recordings.doctoring.repairing import Repairer

__all__ = ["Complaint", "Diagnosis", "Examiner", "Repairer"]
